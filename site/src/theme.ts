// Light or dark: as the system, unless a person chooses.
const NAMES = ['system', 'light', 'dark'] as const;

export function theme(button: HTMLButtonElement) {
  let at = 0;
  const show = () => {
    const name = NAMES[at % NAMES.length] ?? 'system';
    if (name === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    button.textContent = `Colors: ${name}`;
  };
  button.addEventListener('click', () => {
    at++;
    show();
  });
}
