/**
 * The path of the program hipaalint for this platform.
 * @returns an absolute path
 * @throws if no package for this platform is installed; the message states what to install
 */
export declare function binary(): string;
