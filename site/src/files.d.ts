// The build reads these as texts.
declare module '*.css' {
  const text: string;
  export default text;
}
declare module '*.yaml' {
  const text: string;
  export default text;
}
declare module '*/TapStack.json' {
  const text: string;
  export default text;
}
