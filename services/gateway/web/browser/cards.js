// What cards need of a page: their agent is asked from here, and from no other page. No word is in here.
import { checking } from "./cards/checking.js";
import { nhi } from "./cards/nhi.js";
import { signing } from "./cards/signing.js";

const works = { check: checking, nhi, sign: signing };
for (const root of document.querySelectorAll("[data-cards]")) works[root.dataset.cards](root);
