/** The user's environment, as values. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where every sandbox looks for commands, after toolchains. */
export const STANDARD_PATH: readonly string[] = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * Variables that pass from the user's environment into a step because the network of the machine may not be usable without them. What
 * passes is part of every key.
 */
const PASSED = [
  "http_proxy",
  "https_proxy",
  "ftp_proxy",
  "all_proxy",
  "no_proxy",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "FTP_PROXY",
  "ALL_PROXY",
  "NO_PROXY",
];

/** The same, for files with certificates: the variable passes, and the file is bound read-only at its place. */
const CERTIFICATES = [
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  "REQUESTS_CA_BUNDLE",
  "CURL_CA_BUNDLE",
  "GIT_SSL_CAINFO",
  "PIP_CERT",
  "CARGO_HTTP_CAINFO",
  "AWS_CA_BUNDLE",
];

/** What passes of the user's environment: the variables on the list that are set. */
export function passedOn(environment: Environment): Readonly<Record<string, string>> {
  const entries = [...PASSED, ...CERTIFICATES].flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

/** Paths that the certificate variables name. */
export function certificatePaths(environment: Environment): readonly string[] {
  return [...new Set(CERTIFICATES.map((name) => environment[name] ?? "").filter((path) => path.startsWith("/")))];
}

/** Constants of the sandbox. `bins`: directories of toolchains, in the order of the user's PATH. */
export function constants(bins: readonly string[], toolchains: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { ...toolchains, HOME: "/root", LANG: "C.UTF-8", PATH: [...bins, ...STANDARD_PATH].join(":"), TZ: "UTC" };
}
