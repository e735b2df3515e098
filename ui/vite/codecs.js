/** A codec that its package does not export by itself; the package's own entry would bring a whole viewer. */

const LOADER = new URL('../node_modules/@cornerstonejs/dicom-image-loader/dist/esm/', import.meta.url);

export const codecAlias = { '@cornerstonejs/dicom-image-loader/jpeg': new URL('codecs/jpeg.js', LOADER).pathname };
