/** The parts of the engine's answers that are used here. Everything else is passed over. */
import { z } from 'zod';

const strings = z.record(z.string(), z.string());
const maybe = <T extends z.ZodType>(form: T) => form.nullish().transform((value) => value ?? undefined);

export const listedContainerForm = z.object({
  Id: z.string(),
  State: z.string(),
  Labels: maybe(strings).transform((value) => value ?? {}),
});
export type ListedContainer = z.infer<typeof listedContainerForm>;
export const listedContainersForm = z.array(listedContainerForm);

const networkForm = z.object({ IPAddress: z.string().default(''), GlobalIPv6Address: z.string().default('') });

export const inspectedContainerForm = z.object({
  Id: z.string(),
  Created: z.string(),
  Image: z.string(),
  State: z.object({
    Status: z.string(),
    Running: z.boolean(),
    OOMKilled: z.boolean().default(false),
    Pid: z.number().default(0),
    ExitCode: z.number().default(0),
    Error: z.string().default(''),
    StartedAt: z.string().default(''),
    FinishedAt: z.string().default(''),
  }),
  Config: z.object({
    Image: z.string(),
    Tty: z.boolean().default(false),
    OpenStdin: z.boolean().default(false),
    Labels: maybe(strings).transform((value) => value ?? {}),
  }),
  HostConfig: z.object({ CpuShares: z.number().default(0), CpuQuota: z.number().default(0), Memory: z.number().default(0) }).prefault({}),
  NetworkSettings: z.object({ Networks: maybe(z.record(z.string(), networkForm)) }),
});
export type InspectedContainer = z.infer<typeof inspectedContainerForm>;

export const inspectedImageForm = z.object({
  Id: z.string(),
  RepoDigests: maybe(z.array(z.string())),
  Size: z.number().default(0),
  Config: maybe(
    z.object({
      User: maybe(z.string()),
      Env: maybe(z.array(z.string())),
      Entrypoint: maybe(z.array(z.string())),
      Cmd: maybe(z.array(z.string())),
      WorkingDir: maybe(z.string()),
    }),
  ),
});
export type InspectedImage = z.infer<typeof inspectedImageForm>;

export const listedImagesForm = z.array(
  z.object({ Id: z.string(), RepoTags: maybe(z.array(z.string())), RepoDigests: maybe(z.array(z.string())), Size: z.number() }),
);

export const createdForm = z.object({ Id: z.string() });
export const inspectedExecForm = z.object({ ExitCode: maybe(z.number()), Running: z.boolean(), Pid: z.number().default(0) });

export const engineInfoForm = z.object({
  ServerVersion: z.string(),
  DockerRootDir: z.string(),
  CgroupVersion: z.string().default('1'),
  NCPU: z.number(),
  MemTotal: z.number(),
  SecurityOptions: maybe(z.array(z.string())),
});
export type EngineInfo = z.infer<typeof engineInfoForm>;

export const engineEventForm = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: strings.default({}) }),
  timeNano: z.number().optional(),
});
