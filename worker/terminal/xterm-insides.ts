/** What the fast lane reads, calls and replaces of the headless xterm, whose version is pinned. */

export interface XtermAttributes {
  fg: number
  bg: number
  /** Underline style and colour, and the link; both 0 when there is none. */
  readonly extended: { readonly ext: number; readonly urlId: number }
}

export interface XtermLine {
  readonly length: number
  /** Three words for each cell. */
  readonly _data: Uint32Array
  _combined: object
  _extendedAttrs: object
  isWrapped: boolean
  readonly getString: (column: number) => string
}

/** In a circle: the first one is at `_startIndex`, which may have gone round some times. */
export interface XtermLines {
  readonly isFull: boolean
  readonly get: (index: number) => XtermLine | undefined
  readonly _array: readonly (XtermLine | undefined)[]
  readonly _startIndex: number
  readonly _maxLength: number
}

export interface XtermParams {
  readonly params: Int32Array
  /** How many of them are set. */
  readonly length: number
  readonly reset: () => void
  readonly addParam: (value: number) => void
}

/** The last is asked first; true ends it. */
export type CsiHandlers = ((params: XtermParams) => boolean | Promise<boolean>)[] | undefined

export type EscHandlers = (() => boolean | Promise<boolean>)[] | undefined

export interface XtermParser {
  readonly currentState: number
  precedingJoinState: number
  readonly _params: XtermParams
  /** By their final byte, with the prefix in the byte above it. A list is filled in place. */
  readonly _csiHandlers: Record<number, CsiHandlers>
  /** As those: by final byte, with the one between in the byte above it. */
  readonly _escHandlers: Record<number, EscHandlers>
  readonly _executeHandlers: Record<number, (() => boolean) | undefined>
  readonly reset: () => void
}

export interface XtermInputHandler {
  readonly _activeBuffer: {
    x: number
    y: number
    readonly ybase: number
    readonly scrollTop: number
    readonly scrollBottom: number
    readonly lines: XtermLines
    readonly clearMarkers: (y: number) => void
  }
  readonly _bufferService: {
    readonly cols: number
    readonly rows: number
    scroll: (attributes: object, isWrapped?: boolean) => void
  }
  readonly _charsetService: { readonly charset: object | undefined }
  readonly _coreService: {
    readonly decPrivateModes: { readonly wraparound: boolean }
    readonly modes: { readonly insertMode: boolean }
  }
  readonly _curAttrData: XtermAttributes
  readonly _optionsService: { readonly rawOptions: { readonly convertEol: boolean } }
  readonly _parser: XtermParser
  readonly _unicodeService: { readonly charProperties: (code: number, preceding: number) => number }
  /** `interim`: bytes of an unfinished character, 0 when there is none. */
  readonly _utf8Decoder: { readonly interim: Uint8Array }
  readonly parse: (bytes: Uint8Array) => undefined | Promise<boolean>
  _eraseInBufferLine: (y: number, start: number, end: number, clearWrap?: boolean, respectProtect?: boolean) => void
  _resetBufferLine: (y: number, respectProtect?: boolean) => void
  eraseInDisplay: (params: XtermParams, respectProtect?: boolean) => boolean
}

/** Is this what the fast lane knows? For a handler that has parsed nothing yet. */
export function isKnown(handler: unknown): handler is XtermInputHandler {
  const given = handler as Partial<XtermInputHandler>
  const {
    _activeBuffer,
    _bufferService,
    _coreService,
    _curAttrData,
    _optionsService,
    _parser,
    _unicodeService,
    _utf8Decoder,
  } = given
  const functions = [
    ...[
      given.parse,
      given.eraseInDisplay,
      given._eraseInBufferLine,
      given._resetBufferLine,
      _unicodeService?.charProperties,
    ],
    ...[
      _activeBuffer?.clearMarkers,
      _bufferService?.scroll,
      _parser?.reset,
      _parser?._params?.reset,
      _parser?._params?.addParam,
      _parser?._executeHandlers?.[10],
    ],
  ]
  const cells = _activeBuffer?.lines.get(0)?._data
  return (
    functions.every((one) => typeof one === 'function') &&
    _parser?.currentState === 0 &&
    _parser.precedingJoinState === 0 &&
    Array.isArray(_parser._csiHandlers?.[0x6d]) &&
    Array.isArray(_parser._escHandlers?.[0x37]) &&
    _utf8Decoder?.interim instanceof Uint8Array &&
    cells instanceof Uint32Array &&
    cells.length === 3 * (_bufferService?.cols ?? 0) &&
    cells[0] === 1 << 22 &&
    _optionsService?.rawOptions.convertEol === false &&
    typeof _coreService?.modes?.insertMode === 'boolean' &&
    typeof _coreService.decPrivateModes?.wraparound === 'boolean' &&
    _curAttrData?.extended?.urlId === 0 &&
    _curAttrData.extended.ext === 0 &&
    _parser._params.params instanceof Int32Array
  )
}
