import assert from "node:assert/strict";
import { it } from "node:test";
import { exampleReport } from "./json-report.test.util.ts";
import { formatJunit } from "./junit-report.ts";

it("gives a suite for each group, with what failed, was tolerated and was skipped", () => {
  assert.equal(
    formatJunit(exampleReport()),
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="server: ws://localhost/?a&amp;b" tests="4" failures="1" skipped="1">
  <testsuite name="pings" tests="2" failures="1" skipped="0" time="0.003">
    <testcase classname="pings" name="pings/good" time="0.0015"/>
    <testcase classname="pings" name="pings/bad" time="0.0015"><failure message="a &lt;pong&gt; \ufffd came">sent: a ping
rule: RFC 6455, section 5.5.2: &quot;MUST send a Pong&quot;
allowed: a pong
came: a &lt;pong&gt; \ufffd came</failure></testcase>
  </testsuite>
  <testsuite name="close" tests="2" failures="0" skipped="1" time="0.003">
    <testcase classname="close" name="close/late" time="0.0015"><system-out>tolerated
sent: a ping
rule: RFC 6455, section 5.5.2: &quot;MUST send a Pong&quot;
allowed: a pong
came: it came late</system-out></testcase>
    <testcase classname="close" name="close/none" time="0.0015"><skipped message="not known"/></testcase>
  </testsuite>
</testsuites>
`,
  );
});
