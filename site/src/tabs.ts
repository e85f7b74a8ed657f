// Tabs, with the arrow keys of the pattern.
export function tabs(list: HTMLElement, chosen: (name: string) => void): (name: string) => void {
  const all = [...list.querySelectorAll<HTMLElement>('[role=tab]')];
  const choose = (tab: HTMLElement) => {
    for (const other of all) {
      const isChosen = other === tab;
      other.setAttribute('aria-selected', String(isChosen));
      if (isChosen) other.removeAttribute('tabindex');
      else other.setAttribute('tabindex', '-1');
      const view = document.getElementById(other.getAttribute('aria-controls') ?? '');
      if (view) view.hidden = !isChosen;
    }
    chosen(tab.id.replace('tab-', ''));
  };
  for (const tab of all) tab.addEventListener('click', () => choose(tab));
  list.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -all.length, End: all.length }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = all.findIndex((tab) => tab === document.activeElement);
    const isEnd = Math.abs(step) > 1;
    const next = isEnd ? (step < 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length;
    const tab = all[next];
    if (!tab) return;
    tab.focus();
    choose(tab);
  });
  return (name) => {
    const tab = all.find((tab) => tab.id === `tab-${name}`);
    if (tab) choose(tab);
  };
}
