declare module 'heic-decode' {
  type Pixels = { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray }
  type Image = { readonly width: number; readonly height: number; decode(): Promise<Pixels> }
  const decode: { all(input: { buffer: Uint8Array }): Promise<readonly Image[] & { dispose(): void }> }
  // biome-ignore lint/style/noDefaultExport: that is how the package exports it
  export default decode
}
