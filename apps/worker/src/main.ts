import { openControlPlane } from '@kajitori/control-plane';
import { runProcess } from '@kajitori/server-process';
import { config } from './config.ts';
import { runWorker } from './run-worker.ts';

await runProcess({ name: 'worker', level: config.LOG_LEVEL }, async ({ logger, owns }) => {
  const control = openControlPlane(config, logger, owns);
  await runWorker(config, control, { logger, owns });
});
