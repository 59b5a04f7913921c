// A page that needs no module of its own.

import { start } from "../core/shell.js";

start();
document.documentElement.dataset.ready = "1";
