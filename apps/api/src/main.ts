import { openControlPlane } from '@kajitori/control-plane';
import { runProcess } from '@kajitori/server-process';
import { config } from './config.ts';
import { serveApi } from './serve-api.ts';

await runProcess({ name: 'api', level: config.LOG_LEVEL }, async ({ logger, owns }) => {
  const control = openControlPlane(config, logger, owns);
  await serveApi(config, control, { logger, owns });
});
