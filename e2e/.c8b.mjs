
import { chromium } from 'playwright-core'; import { readFileSync } from 'node:fs';
const src=readFileSync('/tmp/wt/console8/e2e/support/in-page.ts','utf8');
const base='http://localhost:9880'; const link=readFileSync('/tmp/c8-link','utf8').trim();
const { faintEdges } = await import('./support/in-page.ts');
const b=await chromium.launch({executablePath:'/usr/bin/chromium',headless:true,chromiumSandbox:false,args:['--disable-gpu','--no-first-run']});
const lang=process.argv[2]??'ja';
const ctx=await b.newContext({locale:lang==='ja'?'ja-JP':'en-US',viewport:{width:1280,height:800},reducedMotion:'reduce'});
const page=await ctx.newPage(); page.setDefaultTimeout(6000);
const shots=process.argv.includes('--shots');
async function see(name){ for(const c of ['light','dark']){ await page.emulateMedia({colorScheme:c}); await page.waitForTimeout(150); const f=await faintEdges(page); if(f.length)console.log(name,c,f); }
 if(shots){ for(const w of [1280,375]){ await page.setViewportSize({width:w,height:800}); for(const c of ['light','dark']){ await page.emulateMedia({colorScheme:c}); await page.waitForTimeout(120); await page.screenshot({path:`/tmp/c8shots/${lang}-${name}-${w}-${c}.png`}); } } await page.setViewportSize({width:1280,height:800}); }
 await page.emulateMedia({colorScheme:'light'}); }
const T='A'.repeat(43);
const owner={email:'owner@example.com',password:'pebble harbour quilt 41'};
await page.goto(link); await page.waitForTimeout(500); await see('setup');
await fetch(base+'/v1/setup',{method:'POST',headers:{'content-type':'application/json'},body:JSON.stringify({token:link.split('#')[1],...owner,language:lang})}).then(r=>console.log('setup',r.status));
for(const [n,p] of [['login','/login'],['samlogin','/login?as=sam'],['code','/login/mfa'],['reset','/mfa/reset'],['verify','/mfa/reset/verify#token='+T],['pwreset','/password/reset#token='+T],['help','/help/login'],['forgot','/password/forgot']]){ await page.goto('about:blank'); await page.goto(base+p); await page.getByRole('heading',{level:1}).waitFor(); await page.waitForTimeout(300); await see(n); if(n==='login'||n==='verify'){ await page.keyboard.press('Enter'); await page.waitForTimeout(200); await see(n+'-empty'); } }
await page.goto(base+'/login'); const ins=page.locator('main input'); await ins.nth(0).fill(owner.email); await ins.nth(1).fill('wrong'); await page.keyboard.press('Enter'); await page.locator('[role=alert]').waitFor(); await see('login-failed'); await ins.nth(1).fill(owner.password); await page.keyboard.press('Enter');
await page.getByRole('banner').getByRole('button',{name:owner.email}).waitFor();
for(const [n,p] of [['home','/'],['mfa','/security/mfa'],['start','/security/mfa?step=start'],['password','/security/password'],['sessions','/security/sessions'],['users','/security/users'],['create','/security/users?dialog=create'],['newrole','/security/roles/new'],['defaults','/security/default-permissions'],['simulate','/security/simulate'],['whocan','/security/who-can'],['keys','/security/keys'],['emails','/security/emails'],['audit','/logs/audit'],['settings','/settings'],['apphelp','/help']]){ await page.goto(base+p); await page.getByRole('heading',{level:1}).waitFor(); await page.waitForTimeout(400); await see(n); if(n==='create'){await page.getByRole('dialog').getByRole('textbox').first().fill('taro'); await page.keyboard.press('Enter'); await page.waitForTimeout(800);} }
await page.goto(base+'/security/users/taro/authentication#mfa'); await page.waitForTimeout(900); await see('taro-auth'); 
await b.close();
