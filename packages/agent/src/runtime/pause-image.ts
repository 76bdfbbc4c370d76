import { hash } from 'node:crypto';
import type { DockerClient } from './docker-client.ts';
import type { Images } from './images.ts';
import { type PauseArchitecture, pauseProgram } from './pause-program.ts';
import { tarOfFile } from './tar-entry.ts';

/** Makes the sandboxes' image on this machine, once: no registry is asked. Returns its name. */
export async function ensurePauseImage(docker: DockerClient, images: Images): Promise<string> {
  const program = pauseProgram(supported(process.arch));
  const image = `kajitori/pause:${hash('sha256', program).slice(0, 12)}`;
  if ((await images.inspect(image)) !== undefined) return image;
  const [repo, tag] = image.split(':');
  await docker.json('POST', '/images/create', {
    query: { fromSrc: '-', repo, tag, changes: 'CMD ["/pause"]' },
    body: tarOfFile('pause', program, 0o755),
  });
  return image;
}

function supported(architecture: string): PauseArchitecture {
  if (architecture === 'x64' || architecture === 'arm64') return architecture;
  throw new Error(`there is no sandbox program for the architecture ${architecture}: x64 and arm64 are supported`);
}
