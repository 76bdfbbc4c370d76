import { openControlPlane } from '@kajitori/control-plane';
import { runProcess } from '@kajitori/server-process';
import { config } from './config.ts';
import { serveGateway } from './serve-gateway.ts';

await runProcess({ name: 'gateway', level: config.LOG_LEVEL }, async ({ logger, owns }) => {
  const control = openControlPlane(config, logger, owns);
  await serveGateway(config, control, { logger, owns });
});
