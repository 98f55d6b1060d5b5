/**
 * The parameter sheet: every number that security rests on, once, with its reason. Times in milliseconds unless the
 * name says otherwise. `pw.min` and the time zone are configuration (`config/settings.ts`).
 */
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export const limits = {
  password: {
    /** More is refused before hashing, so that long input cannot buy CPU (ASVS 6.2.9 asks for at least 128 characters). */
    maxBytes: 1024,
  },
  kdf: {
    /** argon2id floor of the OWASP Password Storage sheet; a stored row below it is rehashed at the next sign-in. */
    memoryKiB: 19_456,
    passes: 2,
    lanes: 1,
    saltBytes: 16,
    tagBytes: 32,
    /** Those who are known, and strangers, have a queue each; a longer one only hides an overload. */
    waiting: 64,
    maxWait: 1 * second,
  },
  login: {
    /** Evaluated failures per (account, source) before attempts are refused unevaluated. */
    pairFailures: 5,
    pairWindow: 15 * minute,
    /** From here on strange sources wait between attempts (NIST SP 800-63B-4 §3.2.2: 30 s … 1 h). */
    accountFreeFailures: 20,
    firstWait: 30 * second,
    longestWait: 1 * hour,
    /** Consecutive failures that suspend the password (§3.2.2). */
    accountCap: 100,
    sourceFailures: 60,
    sourceWindow: 10 * minute,
    /** Sources whose refused attempts are remembered, in memory; a storm comes from more only when it is a large one. */
    sourcesKept: 20_000,
    /** For so long nothing is read for a source that used its budget up: a right sign-in may give a use back meanwhile. */
    stopped: 1 * second,
    /** Hashes of one account that go before those of strangers: its holder may have many programs, not all of the server. */
    knownInFlight: 2,
    /** All that one holder may have in flight; without the first of them it is less than the line of strangers holds. */
    inFlight: 64,
    /** Refused attempts on one account are on record together, once in so long. */
    pausedRecord: 1 * minute,
    /** Accounts of which that is noted at once. */
    pausedKept: 1000,
    /** A source that succeeded this recently keeps its own bucket: an attack from elsewhere cannot lock its owner out. */
    knownSource: 30 * day,
    /** A success after so many failures is told to the owner (R16). */
    noticeAfterFailures: 5,
  },
  otp: {
    challengeFailures: 5,
    challengeLife: 5 * minute,
    hourlyFailures: 10,
    hour: 1 * hour,
    accountCap: 100,
    stepSeconds: 30,
    digits: 6,
    secretBytes: 20,
  },
  mfa: {
    unconfirmedLife: 15 * minute,
    /** A notice must be read before what a stranger changes can stay. */
    quarantine: 1 * day,
  },
  passkeys: {
    /** R32. */
    challengeLife: 5 * minute,
    /** A person has few devices; a list of them is sent to the browser. */
    perUser: 20,
    /** Whole sign-ins that one source may begin, each with a row: pages that offer it do so by themselves. */
    beginsPerSource: 300,
    beginsWindow: 10 * minute,
  },
  codes: {
    count: 5,
    /** Of eight symbols the last is a check: seven of 31 are 34.7 bits (decision 0035). */
    random: 7,
    guessesPerSet: 20,
    /** Looking whether a code is right, which spends nothing, costs a slow hash. */
    rehearsalsPerHour: 20,
    /** Symbols that tell one set from another; they are no part of a code. */
    mark: 4,
    /** How many tries are listed. */
    shownTries: 20,
  },
  recovery: {
    tokenLife: 30 * minute,
    failures: 5,
    mailsPerDay: 3,
    /** One source may ask for so many mails an hour, whatever the accounts. */
    mailsPerSourceHour: 20,
    /** No MFA reset for so long after the password was reset by mail: one mailbox must not count twice. */
    holdAfterReset: 24 * hour,
  },
  assisted: {
    /** Long enough to hand a code over by telephone and to type it. */
    life: 30 * minute,
    /** A second person may be asked over a night. */
    approvalLife: 24 * hour,
    /** Of one user: each start is mailed to every address. */
    startsPerDay: 10,
    reasonLength: 500,
  },
  reset: {
    tokenLife: 30 * minute,
    mailsPerHour: 3,
    mailsPerDay: 10,
    /** Requests of one source, whatever the addresses; more is a flood. */
    requestsPerSource: 60,
    sourceWindow: 10 * minute,
  },
  lock: {
    /** A notice must be read over a weekend, and what its link undoes must come to an end. */
    linkLife: 3 * day,
  },
  hostOverride: {
    /** Long enough for an owner to read the mail and stop it (R46). */
    wait: 24 * hour,
    /** How long the console shows that one was used. */
    shown: 30 * day,
  },
  signUp: {
    tokenLife: 24 * hour,
  },
  setup: {
    linkLife: 1 * hour,
  },
  session: {
    consoleIdle: 1 * hour,
    consoleLife: 24 * hour,
    apiDefaultSeconds: 86_400,
    apiMaxLife: 48 * hour,
    switchDefaultSeconds: 3600,
    /**
     * Live ones that a user opened in one way; the oldest ends for a new one. A program that signs in anew every minute
     * and never signs out has 1,440 of a day.
     */
    perUser: 2000,
    /** Wrong passwords in a row inside one session, after which it ends: its holder is not its owner. */
    wrongPasswords: 5,
    /** How often the last use of sessions is written down, in one commit. */
    stampInterval: 30 * second,
  },
  stepUp: 15 * minute,
  gate: {
    /** A proxy hands an assertion on at once; who reads it in a log has no use for it. */
    assertionLife: 1 * minute,
    /** The browser brings the code of the console at once. */
    codeLife: 1 * minute,
    /** Codes of one session that are not used yet; the oldest goes for a new one. */
    codes: 8,
    /** A sign-in with MFA, or a forgotten password, takes its time. */
    stateLife: 30 * minute,
  },
  device: {
    /** A browser that did not sign in for so long is a new one. Browsers keep no cookie for longer than 400 days. */
    life: 180 * day,
    /** Accounts whose secret one browser keeps. */
    perBrowser: 8,
    /** Browsers that an account knows; of those that keep no cookies each sign-in would add one. */
    perUser: 50,
  },
  signIns: {
    /** How far back the login history shows. The audit log itself stays. */
    shown: 90 * day,
    /** New devices and sources of one SAM user are mailed to the root user once in so long. */
    samNotices: 1 * day,
  },
  http: {
    headerBytes: 16 * 1024,
    headerTime: 10 * second,
    bodyBytes: 64 * 1024,
    publicBodyBytes: 8 * 1024,
    /** A file of 10 MiB inside JSON, whose quotes and line ends take two bytes each. */
    fileBodyBytes: 16 * 1024 * 1024,
    bodyTime: 15 * second,
    jsonDepth: 20,
    idleSocket: 65 * second,
    /** What is under way at a stop has so long to be over: a supervisor kills after 10 seconds. */
    stopTime: 3 * second,
    sockets: 2000,
    socketsPerSource: 100,
    /** How often times of sockets are looked at; the library's own half a minute would let slow ones have three times theirs. */
    socketCheck: 1 * second,
    /** The work behind an answer begins within so long: many times what it takes, and nobody waits that long for a mail. */
    hiddenDelay: 2 * second,
  },
  mail: {
    /** A link with less life left than this is not sent: it would be dead on arrival. */
    minLinkLife: 2 * minute,
    firstRetry: 5 * second,
    /** After an outage the queue must drain within 5 minutes of the server's return. */
    longestRetry: 4 * minute,
    /** A notice older than this is dropped, with a record. */
    maxAge: 3 * day,
    /** What one user repeats is told at once, then in one mail for each slot; it names so many, the audit log the others. */
    gathered: { slot: 15 * minute, named: 50 },
    parallel: 5,
    /** Links that go out beside, whatever else takes its time. */
    linksParallel: 5,
    /** With those whose answer is awaited for long. */
    connections: 20,
    /** An answer that takes so long holds up no other mail. */
    slow: 10 * second,
    /** How often it is looked for other mails meanwhile. */
    look: 2 * second,
    /**
     * RFC 5321 §4.5.3.2: at least 5 minutes for the greeting and for each command, 10 for the answer to a mail that was
     * handed over whole: one that is taken for lost arrives twice. What is left for connecting lies over the first.
     */
    waits: { connect: 6 * minute, greeting: 5 * minute, answer: 10 * minute, whole: 20 * minute },
    /** After the answer to a whole mail did not come: it has probably arrived. Doubled each time. */
    unanswered: 1 * hour,
    longestUnanswered: 8 * hour,
    /** What is on its way at a stop has so long to be taken. */
    stopTime: 1 * second,
    /** Whoever sends a test mail is waiting for the answer. */
    testWaits: { connect: 10 * second, greeting: 10 * second, answer: 15 * second, whole: 20 * second },
    /** Test mails of one operator. */
    tests: { perHour: 5, perDay: 20 },
    claim: 2 * minute,
  },
  /** SAM users of one operator. */
  samUsers: 50,
  roles: {
    perOperator: 100,
    /** Every role of a user is compiled and compared with its other ones. */
    perUser: 20,
  },
  catalogue: {
    bytes: 10 * 1024 * 1024,
    /** Of one file, and of all catalogues of an operator together. */
    operations: 5000,
    perOperator: 10,
    /** Characters of a name, of a path, and of what is kept of a summary. */
    name: 128,
    path: 1024,
    summary: 256,
    /** Parameters that are looked at, in each of an operation's two lists, and those of the query that are kept. */
    parameters: 100,
    queryParameters: 20,
    /** Pieces between the slashes of a path. */
    segments: 32,
    /** Places of the catalogues that are looked at for a request. */
    steps: 1000,
    /** Characters of the URL of a server. */
    url: 2048,
    /** Reasons that a refusal gives. */
    problems: 20,
    /** Files that wait to be read, one after the other. */
    waiting: 4,
    /** Megabytes that reading one may take, beside its text. */
    memory: 384,
    /** A file that takes so long is none: what is counted is over long before. */
    time: 20 * second,
  },
  authKeys: {
    perUser: 2,
    idLength: 32,
    secretLength: 64,
    alphabet: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  },
  audit: {
    /** Records that may be lost from the end of a file without a trace: those of so long. */
    anchored: 1 * second,
    /** Younger records are never pruned, whoever asks: as far back as the login history shows, and an owner looks. */
    kept: 90 * day,
    /** A clock that is wrong for less than this prunes nothing. */
    considered: 1 * hour,
    /** What is written by servers that share a database is committed by then, and their clocks are no further apart. */
    settled: 5 * minute,
    /** More records that nothing limits are worth a word. */
    many: 1_000_000,
  },
  clock: {
    /** Less is how clocks are kept right all the time; more means that the clock was wrong. */
    step: 1 * second,
    /** How often the latest time is written down, for a server that starts with a corrected clock. */
    kept: 5 * second,
    /** More than this apart from the clock of the database, a server is not ready: codes of half a minute would fail. */
    apart: 30 * second,
  },
  readiness: {
    /** A probe writes one row; so often at most while all is well. */
    every: 2 * second,
    everyInTrouble: second / 10,
    /** How long whoever asks waits for the probe, and after how long a write under way is no write. */
    patience: 2 * second,
    longestWrite: 5 * second,
    /** Bytes free beside an SQLite file, below which the next write that needs room may fail. */
    leastFree: 1024 * 1024,
  },
  presence: {
    /** How often a server says that it runs, and looks whether the key file was replaced. */
    every: 10 * second,
    look: 2 * second,
    /** One that said nothing for so long is gone. */
    life: 30 * second,
  },
  keys: {
    /** Longer than any transaction: what was sealed with the old key is committed by then. */
    settle: 12 * second,
    /** A server looks every two seconds; one that does not follow has another key file. */
    patience: 35 * second,
  },
  hour,
  day,
} as const;
