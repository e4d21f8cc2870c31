import { describeCodec } from "../../testing/codec-contract.test.util.ts";
import { makeReferenceEngine } from "./reference-engine.ts";

describeCodec("the codec on documented calls", makeReferenceEngine(true));
describeCodec("the codec on documented calls without a dictionary", makeReferenceEngine(false));
