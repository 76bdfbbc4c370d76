import { homedir } from 'node:os';
import { join } from 'node:path';

/** The only place of this app that reads the environment. */
const { env } = process;

export const environment = {
  /** Address and token for scripts, before what `kaji login` kept. */
  server: env['KAJI_SERVER'],
  token: env['KAJI_TOKEN'],
  caFile: env['KAJI_CA_FILE'],
  cluster: env['KAJI_CLUSTER'],
  language: env['LC_ALL'] ?? env['LC_MESSAGES'] ?? env['LANG'] ?? '',
  configFile: join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'kajitori', 'config.json'),
  /** kubectl merges all files of KUBECONFIG and writes to the first. */
  kubeconfigFile: env['KUBECONFIG']?.split(':').find((file) => file !== '') ?? join(homedir(), '.kube', 'config'),
};
