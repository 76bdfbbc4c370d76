import { stopArguments } from './arguments.ts';
import { instanceOf } from './instance.ts';
import { showFailure } from './progress.ts';
import { stopInstance } from './stop-instance.ts';

/** `npm stop`. */
try {
  await stopInstance(instanceOf(), stopArguments(process.argv.slice(2)));
} catch (error) {
  showFailure(error);
}
