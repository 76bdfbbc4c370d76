import { openControlPlane } from '@kajitori/control-plane';
import { isAnnex, runProcess } from '@kajitori/server-process';
import { config } from './config.ts';
import { serveAnnex } from './serve-annex.ts';
import { serveApi } from './serve-api.ts';

const annex = isAnnex();

await runProcess({ name: annex ? 'api-annex' : 'api', level: config.LOG_LEVEL }, async ({ logger, owns, memory }) => {
  const control = openControlPlane(config, logger, owns);
  memory.spare(() => control.api.isAsked);
  await (annex ? serveAnnex : serveApi)(config, control, { logger, owns });
});
