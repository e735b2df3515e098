/**
 * The values of a data set's elements, read as what their bytes can be, as `raiox.intake.dicom.elements`.
 *
 * Nothing here fails: a value that cannot be read is absent. Source: DICOM PS3.5, 6.2.
 */

import type { DataSet, Element } from 'dicom-parser';

import { ascii, viewOf } from '../bytes';

/** Tags as the parser writes them, with the VR that the Standard gives them. */
export const TAGS = {
  TransferSyntaxUID: ['x00020010', 'UI'],
  MediaStorageSOPClassUID: ['x00020002', 'UI'],
  DirectoryRecordSequence: ['x00041220', 'SQ'],
  DirectoryRecordType: ['x00041430', 'CS'],
  Modality: ['x00080060', 'CS'],
  ImagerPixelSpacing: ['x00181164', 'DS'],
  ShutterShape: ['x00181600', 'CS'],
  ShutterLeftVerticalEdge: ['x00181602', 'IS'],
  ShutterRightVerticalEdge: ['x00181604', 'IS'],
  ShutterUpperHorizontalEdge: ['x00181606', 'IS'],
  ShutterLowerHorizontalEdge: ['x00181608', 'IS'],
  CenterOfCircularShutter: ['x00181610', 'IS'],
  RadiusOfCircularShutter: ['x00181612', 'IS'],
  VerticesOfThePolygonalShutter: ['x00181620', 'IS'],
  NominalScannedPixelSpacing: ['x00182010', 'DS'],
  SamplesPerPixel: ['x00280002', 'US'],
  PhotometricInterpretation: ['x00280004', 'CS'],
  PlanarConfiguration: ['x00280006', 'US'],
  NumberOfFrames: ['x00280008', 'IS'],
  Rows: ['x00280010', 'US'],
  Columns: ['x00280011', 'US'],
  PixelSpacing: ['x00280030', 'DS'],
  PixelAspectRatio: ['x00280034', 'IS'],
  BitsAllocated: ['x00280100', 'US'],
  BitsStored: ['x00280101', 'US'],
  HighBit: ['x00280102', 'US'],
  PixelRepresentation: ['x00280103', 'US'],
  PixelPaddingValue: ['x00280120', 'US or SS'],
  PixelPaddingRangeLimit: ['x00280121', 'US or SS'],
  BurnedInAnnotation: ['x00280301', 'CS'],
  WindowCenter: ['x00281050', 'DS'],
  WindowWidth: ['x00281051', 'DS'],
  RescaleIntercept: ['x00281052', 'DS'],
  RescaleSlope: ['x00281053', 'DS'],
  VOILUTFunction: ['x00281056', 'CS'],
  RedPaletteColorLookupTableDescriptor: ['x00281101', 'US or SS'],
  GreenPaletteColorLookupTableDescriptor: ['x00281102', 'US or SS'],
  BluePaletteColorLookupTableDescriptor: ['x00281103', 'US or SS'],
  RedPaletteColorLookupTableData: ['x00281201', 'OW'],
  GreenPaletteColorLookupTableData: ['x00281202', 'OW'],
  BluePaletteColorLookupTableData: ['x00281203', 'OW'],
  ModalityLUTSequence: ['x00283000', 'SQ'],
  LUTDescriptor: ['x00283002', 'US or SS'],
  LUTData: ['x00283006', 'US or OW'],
  VOILUTSequence: ['x00283010', 'SQ'],
  PresentationLUTShape: ['x20500020', 'CS'],
} as const;

export type Keyword = keyof typeof TAGS;

type Getter =
  | 'getUint16'
  | 'getInt16'
  | 'getUint32'
  | 'getInt32'
  | 'getFloat32'
  | 'getFloat64'
  | 'getBigUint64'
  | 'getBigInt64';
/** The VRs whose numbers are not text: how they are read, and their size in bytes. */
const BINARY: Readonly<Record<string, readonly [Getter, number]>> = {
  US: ['getUint16', 2],
  SS: ['getInt16', 2],
  UL: ['getUint32', 4],
  SL: ['getInt32', 4],
  FL: ['getFloat32', 4],
  FD: ['getFloat64', 8],
  UV: ['getBigUint64', 8],
  SV: ['getBigInt64', 8],
  OW: ['getUint16', 2],
};
const NUMBER = /^[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?$/;
const PADDING = /^[ \0\t\r\n]+|[ \0\t\r\n]+$/g;
const DECORATION = /^[ \0\t\r\n[\](){}"']+|[ \0\t\r\n[\](){}"']+$/g;

export class Elements {
  /** Keywords whose value was mended, or could not be read at all. */
  readonly repaired = new Set<Keyword>();

  constructor(
    readonly dataSet: DataSet,
    readonly isLittleEndian: boolean,
  ) {}

  /** The bytes of an element; none where it is absent. */
  data(keyword: Keyword): Uint8Array {
    const element = this.#element(keyword);
    if (!element || element.items) return new Uint8Array();
    return (this.dataSet.byteArray as Uint8Array).subarray(element.dataOffset, element.dataOffset + element.length);
  }

  /** The items of a sequence; none where it is absent or is not one. */
  items(keyword: Keyword): Elements[] {
    return (this.#element(keyword)?.items ?? []).flatMap(({ dataSet }) =>
      dataSet ? [new Elements(dataSet, this.isLittleEndian)] : [],
    );
  }

  /** The values of a text element, upper case. */
  words(keyword: Keyword): string[] {
    const parts = ascii(this.data(keyword)).split('\\');
    return parts.map((part) => part.replace(PADDING, '').toUpperCase()).filter(Boolean);
  }

  word(keyword: Keyword): string {
    return this.words(keyword)[0] ?? '';
  }

  /** Null for a value that is empty or no number. Args: isSigned: how `US or SS` is to be read. */
  numbers(keyword: Keyword, isSigned = false): (number | null)[] {
    const data = this.data(keyword);
    const binary = BINARY[this.#vr(keyword, isSigned)];
    if (!binary) return data.length > 0 ? ascii(data).split('\\').map((text) => this.#parsed(text, keyword)) : [];
    const [getter, size] = binary;
    const view = viewOf(data);
    return Array.from({ length: Math.floor(data.length / size) }, (_, at) => {
      const value = Number(view[getter](at * size, this.isLittleEndian));
      return Number.isFinite(value) ? value : null;
    });
  }

  number(keyword: Keyword, isSigned = false): number | null {
    return this.numbers(keyword, isSigned)[0] ?? null;
  }

  integer(keyword: Keyword, isSigned = false): number | null {
    const value = this.number(keyword, isSigned);
    return value !== null && Number.isInteger(value) ? value : null;
  }

  #element(keyword: Keyword): Element | undefined {
    return this.dataSet.elements[TAGS[keyword][0]];
  }

  #vr(keyword: Keyword, isSigned: boolean): string {
    const [said, standard] = [this.#element(keyword)?.vr, TAGS[keyword][1]];
    const vr = said && said !== 'UN' && said !== 'OB' ? said : standard;
    const isEither = standard.startsWith('US or');
    if (isEither && isSigned) return 'SS'; // writers put US where the Standard wants SS
    return isEither && vr.startsWith('US or') ? 'US' : vr;
  }

  #parsed(text: string, keyword: Keyword): number | null {
    const [plain, bare] = [text.replace(PADDING, ''), text.replace(DECORATION, '')];
    if (!plain) return null;
    const value = NUMBER.test(bare) ? Number(bare.replace(',', '.')) : Infinity;
    if (bare !== plain || bare.includes(',') || !Number.isFinite(value)) this.repaired.add(keyword);
    return Number.isFinite(value) ? value : null;
  }
}
