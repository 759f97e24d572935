/** The user's environment, as values. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that steps inherit, because programs of the host do not work without them, or work differently. All of them are in every key. */
const INHERITED =
  /^(PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TZ|LANG|LC_.*|(https?|ftp|all|no)_proxy|(HTTPS?|FTP|ALL|NO)_PROXY|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|GIT_SSL_CAINFO|PIP_CERT|CARGO_HTTP_CAINFO|AWS_CA_BUNDLE|XDG_.*_(HOME|DIRS)|NVM_DIR|VOLTA_HOME|PYENV_ROOT|ASDF_DATA_DIR|MISE_DATA_DIR|RUSTUP_HOME|CARGO_HOME|GOPATH|GOROOT|JAVA_HOME|SDKMAN_DIR)$/;

/** What steps inherit of the user's environment, sorted by name. */
export function inheritedFrom(environment: Environment): Readonly<Record<string, string>> {
  const entries = Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && INHERITED.test(name) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
