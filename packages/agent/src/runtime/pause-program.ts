/**
 * The program of a pod's sandbox, as bytes: it lets the kernel reap the children that it inherits and then sleeps for ever. Made here because a sandbox
 * must start without a registry, on whatever machine; it needs no libc, no file and no memory beyond a page.
 *
 *     rt_sigaction(SIGCHLD, { handler: SIG_IGN }, 0, 8); for (;;) pause();
 */
const elfHeaderBytes = 64;
const programHeaderBytes = 56;
const codeOffset = elfHeaderBytes + programHeaderBytes;
const loadAddress = 0x40_0000n;
const sigactionBytes = 32;
const signalIgnore = 1;

export type PauseArchitecture = 'x64' | 'arm64';

const machines: Record<PauseArchitecture, number> = { x64: 62, arm64: 183 };

/** A static ELF executable for Linux. */
export function pauseProgram(architecture: PauseArchitecture): Buffer {
  const code = architecture === 'x64' ? x64Code() : arm64Code();
  const action = Buffer.alloc(sigactionBytes);
  action[0] = signalIgnore;
  return Buffer.concat([headers(machines[architecture], codeOffset + code.length + action.length), code, action]);
}

function headers(machine: number, fileBytes: number): Buffer {
  const out = Buffer.alloc(codeOffset);
  out.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  out.writeUInt16LE(2, 16);
  out.writeUInt16LE(machine, 18);
  out.writeUInt32LE(1, 20);
  out.writeBigUInt64LE(loadAddress + BigInt(codeOffset), 24);
  out.writeBigUInt64LE(BigInt(elfHeaderBytes), 32);
  out.writeUInt16LE(elfHeaderBytes, 52);
  out.writeUInt16LE(programHeaderBytes, 54);
  out.writeUInt16LE(1, 56);
  const load = elfHeaderBytes;
  out.writeUInt32LE(1, load);
  out.writeUInt32LE(5, load + 4);
  out.writeBigUInt64LE(loadAddress, load + 16);
  out.writeBigUInt64LE(loadAddress, load + 24);
  out.writeBigUInt64LE(BigInt(fileBytes), load + 32);
  out.writeBigUInt64LE(BigInt(fileBytes), load + 40);
  out.writeBigUInt64LE(0x1_0000n, load + 48);
  return out;
}

function x64Code(): Buffer {
  // prettier-ignore
  const code = Buffer.from([
    0xb8, 13, 0, 0, 0, // mov eax, rt_sigaction
    0xbf, 17, 0, 0, 0, // mov edi, SIGCHLD
    0x48, 0x8d, 0x35, 0, 0, 0, 0, // lea rsi, [rip + action]
    0x31, 0xd2, // xor edx, edx
    0x41, 0xba, 8, 0, 0, 0, // mov r10d, 8
    0x0f, 0x05, // syscall
    0xb8, 34, 0, 0, 0, // mov eax, pause
    0x0f, 0x05, // syscall
    0xeb, 0xf7, // jmp to the mov before
  ]);
  const afterLea = 17;
  code.writeInt32LE(code.length - afterLea, 13);
  return code;
}

function arm64Code(): Buffer {
  const move = (register: number, value: number): number => (0xd280_0000 | (value << 5) | register) >>> 0;
  const call = 0xd400_0001;
  const count = 14;
  const adrAt = 2;
  const distanceBytes = (count - adrAt) * 4;
  const adr = (0x1000_0000 | ((distanceBytes & 3) << 29) | ((distanceBytes >> 2) << 5) | 1) >>> 0;
  const words = [
    move(8, 134), // rt_sigaction
    move(0, 17), // SIGCHLD
    adr, // x1 = action
    move(2, 0),
    move(3, 8),
    call,
    move(8, 73), // ppoll, which with nothing to wait for waits for ever
    move(0, 0),
    move(1, 0),
    move(2, 0),
    move(3, 0),
    move(4, 0),
    call,
    (0x1400_0000 | (-7 & 0x03ff_ffff)) >>> 0, // back to the move of ppoll
  ];
  const code = Buffer.alloc(count * 4);
  for (const [index, word] of words.entries()) code.writeUInt32LE(word, index * 4);
  return code;
}
