export * from "trunkline/ws";
export { default } from "trunkline/ws";
