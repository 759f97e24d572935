/** The library's own types have an overload with a callback for every call, which no interface of promises matches. What is used of it is in engine-api.ts. */
declare module "dockerode" {
  const Docker: new (options: object) => object;
  export default Docker;
}
