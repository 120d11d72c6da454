import { entering } from "../run-event.ts";
import type { Phase } from "./effects.ts";

export const enter = entering<Phase>();
