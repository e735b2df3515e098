/** Made by vite/onnxruntime.js. */
declare module 'virtual:onnxruntime' {
  /** Address of the runtime's script, below the page. */
  export const GLUE: string;
  /** Address of its WebAssembly, packed with gzip. */
  export const WASM: string;
  export const WASM_BYTES: number;
}
