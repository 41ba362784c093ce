/** The little of the page's DOM that is used here: the project is compiled without the types of a browser. */
export interface PageElement {
  readonly textContent: string;
  readonly classList: { contains(name: string): boolean };
  readonly style: { readonly top: string; readonly display: string };
  /** Of an input. */
  readonly value?: string;
  getAttribute(name: string): string | null;
  getBoundingClientRect(): { readonly top: number };
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
}

/** The little of the page's globals that is used here. */
export interface PageGlobals {
  getComputedStyle(element: PageElement, pseudo: string): { readonly content: string };
}
