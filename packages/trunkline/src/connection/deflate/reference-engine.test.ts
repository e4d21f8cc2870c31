import { describeCodec } from "../../testing/codec-contract.test.util.ts";
import { referenceEngine } from "./reference-engine.ts";

describeCodec("the codec on documented calls", referenceEngine);
