import { sourceContract } from "@fresco/ports-testing/contracts";
import { Subject } from "./subject.ts";

sourceContract({ name: "GitSource without a repository", open: async () => new Subject() });

sourceContract({
  name: "GitSource in a repository",
  open: async () => {
    const subject = new Subject();
    subject.git("init", "-q");
    return subject;
  },
});
