/**
 * Makes one short text of BuildKit's plain progress (`#5 [2/3] COPY …`, `#5 DONE 0.1s`), of the older builder's steps
 * (`Step 2/8 : …`), podman's (`STEP 2/8: …`), cargo's (`Compiling …`) and of the layers of a push. Lines of parallel steps come
 * interleaved; a step is known by its number.
 *
 * @returns a function that takes a line and says what to show now; undefined when the line changes nothing
 */
export function buildProgress(): (line: string) => string | undefined {
  const names = new Map<string, string>();
  const layers = new Map<string, boolean>();

  function buildKit(line: string): string | undefined {
    const [, id, rest] = /^#(\d+) (.*)$/.exec(line) ?? [];
    if (id === undefined || rest === undefined) return undefined;
    const layer = /^pushing layer ([0-9a-f]{12})(?: ([\d.]+\w+ \/ [\d.]+\w+))?/.exec(rest);
    if (layer) return `Pushing layer ${layer[1]}${layer[2] === undefined ? '' : ` ${layer[2]}`}`;
    if (/^(?:DONE|CACHED|ERROR|sha256:|\d+\.\d+ )/.test(rest)) {
      const name = names.get(id);
      if (name === undefined) return undefined;
      if (rest.startsWith('ERROR')) return `${name}: failed`;
      return rest.startsWith('CACHED') ? `${name} (cached)` : undefined;
    }
    if (names.get(id) === rest) return undefined;
    if (!rest.startsWith('[') && !rest.startsWith('exporting')) return undefined;
    names.set(id, rest);
    return rest;
  }

  function pushed(line: string): string | undefined {
    const [, layer, state] =
      /^([0-9a-f]{12}): (Preparing|Waiting|Pushed|Layer already exists|Mounted from .*)$/.exec(line) ?? [];
    if (layer === undefined || state === undefined) return undefined;
    layers.set(layer, state !== 'Preparing' && state !== 'Waiting');
    const done = [...layers.values()].filter(Boolean).length;
    return `Pushed ${done} of ${layers.size} layers`;
  }

  return (line) => {
    const step = /^(?:Step|STEP) (\d+\/\d+) ?: (.*)$/.exec(line);
    if (step) return short(`[${step[1]}] ${step[2]}`);
    const crate = /^\s*(Compiling|Downloading|Finished|Building) (.*)$/.exec(line);
    if (crate) return short(`${crate[1]} ${crate[2]}`);
    const text = buildKit(line) ?? pushed(line);
    return text === undefined ? undefined : short(text);
  };
}

function short(text: string): string {
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
