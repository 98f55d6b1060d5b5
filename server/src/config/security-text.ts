import { partsOf } from './forms.ts';
import { type At, ConfigError, setting } from './setting.ts';

// What security.txt says (RFC 9116).

const schemes = ['https:', 'mailto:', 'tel:'];

function contacts(text: string, { name }: At): string[] {
  return partsOf(text).map((written) => {
    const uri = /^[^\s:/@]+@[^\s:/@]+$/.test(written) ? `mailto:${written}` : written;
    if (URL.canParse(uri) && schemes.includes(new URL(uri).protocol)) return uri;
    throw new ConfigError(
      `${name}: ${written} is no contact such as security@example.com or https://example.com/security.`,
    );
  });
}

function policyUrl(text: string, { name }: At): string {
  if (/^https:\/\/\S+$/.test(text) && URL.canParse(text)) return text;
  throw new ConfigError(`${name} must be a URL such as https://example.com/security-policy.`);
}

function languages(text: string, { name }: At): string[] {
  return partsOf(text).map((tag) => {
    try {
      return Intl.getCanonicalLocales(tag)[0] ?? tag;
    } catch {
      throw new ConfigError(`${name}: ${tag} is not a language such as ja or en.`);
    }
  });
}

function date(text: string, { name }: At): string {
  const form = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  if (form && !Number.isNaN(Date.parse(text))) return new Date(text).toISOString();
  throw new ConfigError(`${name} must be a date such as 2027-06-30 or 2027-06-30T00:00:00Z.`);
}

export const securityText = {
  securityContact: setting({
    name: 'WARIFU_SECURITY_CONTACT',
    type: 'list',
    form: 'email addresses and `https:`, `mailto:` or `tel:` URIs, separated by commas or spaces; the preferred one first',
    read: contacts,
    default: '',
    meaning: 'who is told about a weakness: [security.txt](#securitytxt)',
  }),
  securityPolicy: setting({
    name: 'WARIFU_SECURITY_POLICY',
    type: 'text',
    form: '`https://…`',
    read: policyUrl,
    meaning: 'what who reports one may expect',
  }),
  securityLanguages: setting({
    name: 'WARIFU_SECURITY_LANGUAGES',
    type: 'list',
    form: 'language tags such as `ja`, separated by commas or spaces',
    read: languages,
    default: '',
    meaning: 'languages in which a report may be written',
  }),
  securityExpires: setting({
    name: 'WARIFU_SECURITY_EXPIRES',
    type: 'text',
    form: 'a date, with or without a time',
    read: date,
    defaultForm: '90 days from the day on which it is fetched',
    meaning: 'until when what `security.txt` says holds',
  }),
};
