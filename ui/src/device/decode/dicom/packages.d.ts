/** The parts that are used here of packages that bring no types of their own. */

interface WasmFrameDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  decode(): void;
  delete(): void;
}

interface WasmOptions {
  locateFile: (name: string) => string;
}

declare module '@cornerstonejs/codec-charls/decodewasmjs' {
  const open: (options: WasmOptions) => Promise<{ JpegLSDecoder: new () => WasmFrameDecoder }>;
  export default open;
}

declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  const open: (options: WasmOptions) => Promise<{ J2KDecoder: new () => WasmFrameDecoder }>;
  export default open;
}

declare module '@cornerstonejs/codec-charls/decodewasm?url' {
  const address: string;
  export default address;
}

declare module '@cornerstonejs/codec-openjpeg/decodewasm?url' {
  const address: string;
  export default address;
}

declare module '@cornerstonejs/dicom-image-loader/jpeg' {
  export default class JpegImage {
    readonly width: number;
    readonly height: number;
    parse(stream: Uint8Array): void;
    getData16(width: number, height: number): Uint16Array<ArrayBuffer>;
  }
}

declare module 'jpeg-lossless-decoder-js' {
  export class Decoder {
    constructor(buffer: null, bytesPerSample: number);
    decompress(buffer: ArrayBuffer, offset: number, length: number): ArrayBuffer;
  }
}
