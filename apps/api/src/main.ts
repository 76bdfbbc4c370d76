import { openControlPlane } from '@kajitori/control-plane';
import { isAnnex, runProcess } from '@kajitori/server-process';
import { config } from './config.ts';
import { serveAnnex } from './serve-annex.ts';
import { serveApi } from './serve-api.ts';

const annex = isAnnex();

await runProcess({ name: annex ? 'api-annex' : 'api', level: config.LOG_LEVEL }, async ({ logger, owns }) => {
  const control = openControlPlane(config, logger, owns);
  await (annex ? serveAnnex : serveApi)(config, control, { logger, owns });
});
