/** A page that frames the map is told the height that suits its width. */

const HEIGHTS = { least: 520, most: 820, phone: 640 };

export function tellHeight(phone: number): void {
  if (window.parent === window) return;
  const tell = (): void => {
    const width = window.innerWidth;
    const height =
      width > phone ? Math.round(Math.min(HEIGHTS.most, Math.max(HEIGHTS.least, width * 0.66))) : HEIGHTS.phone;
    window.parent.postMessage({ siting: "height", height }, "*");
  };
  tell();
  window.addEventListener("resize", tell);
}
