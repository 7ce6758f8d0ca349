export function installNodeVersions(): void;
export function installTestRunners(): void;
export function installCodeServer(version?: '1.139' | '1.100'): void;
export function installChromium(): string;
export function hasLinuxBinaries(): boolean;
