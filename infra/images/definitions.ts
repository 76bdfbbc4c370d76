/** An image made from Debian packages and files of this repository, so that no image registry is needed. */
export interface ImageDefinition {
  /** With its tag, which never moves to another content that matters: pods use `IfNotPresent`. */
  name: string;
  /** Debian packages that are unpacked, without what they depend on. */
  packages: string[];
  /** Path in the image → path in the repository, or text. */
  files: Record<string, { from: string } | { text: string }>;
  /** Link in the image → where it leads. What a package brought at that place stays. */
  links: Record<string, string>;
  /** Dockerfile instructions that an import takes. */
  changes: string[];
}

/** Applets that scripts and people expect by name; busybox knows them all. */
const applets = [
  'sh ash cat echo ls cp mv rm mkdir ln env id ps kill sleep date true false test grep sed awk head tail wc sort seq tr dd df du',
  'tar touch chmod stat vi tty stty httpd wget nc nslookup ip ping hostname printf find xargs md5sum sha256sum base64 top which',
].flatMap((names) => names.split(' '));

function web(version: string): ImageDefinition {
  return {
    name: `kajitori-examples/web:${version}`,
    packages: ['busybox-static'],
    files: {
      '/bin/serve': { from: 'examples/images/web/serve' },
      '/www/version': { text: `${version}\n` },
      '/srv/www/index.html': { text: `<h1>web ${version}</h1>\n` },
      '/etc/passwd': { text: 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n' },
      '/etc/group': { text: 'root:x:0:\nnogroup:x:65534:\n' },
      '/tmp/.keep': { text: '' },
    },
    // Newer distributions have /bin inside /usr, older ones the program itself in /bin.
    links: {
      '/www/index.html': '/srv/www/index.html',
      '/bin/busybox': '/usr/bin/busybox',
      ...Object.fromEntries(applets.map((name) => [`/bin/${name}`, 'busybox'])),
    },
    changes: ['ENTRYPOINT ["/bin/serve"]', 'ENV PATH=/bin', 'EXPOSE 8080'],
  };
}

export const images: readonly ImageDefinition[] = [web('1.0'), web('1.1')];
