/** Files that hold passwords and keys by their usual names. `pharos ingest` sends one only where it is named itself. */

const NAMES: ReadonlySet<string> = new Set([
  ...['id_rsa', 'id_dsa', 'id_ecdsa', 'id_ed25519', 'identity', 'credentials', 'credentials.json', 'client_secret.json'],
  ...['secrets.json', 'secrets.yml', 'secrets.yaml', 'secrets.toml', 'secrets.txt', 'passwords.txt', 'terraform.tfvars'],
  ...['.env', '.netrc', '_netrc', '.npmrc', '.pypirc', '.pgpass', '.htpasswd', '.git-credentials', '.dockercfg', 'htpasswd'],
  ...['wallet.dat', 'shadow', 'jwt-secret', 'worker-signing-key', 'kubeconfig', 'logins.json', 'key4.db'],
]);
const ENDINGS = [
  '.pem',
  '.key',
  '.p12',
  '.pfx',
  '.p8',
  '.ppk',
  '.jks',
  '.keystore',
  '.kdb',
  '.kdbx',
  '.pkcs12',
  '.tfstate',
  '.ovpn',
];

export function isSecretName(name: string): boolean {
  const lower = name.toLowerCase();
  return (
    NAMES.has(lower) || ENDINGS.some((ending) => lower.endsWith(ending)) || lower.startsWith('.env.') || lower.endsWith('.env')
  );
}
