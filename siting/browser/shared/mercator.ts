/** Degrees as pixels of the whole world at zoom 0, as Leaflet's EPSG:3857 has them. */

export const WORLD = 256;

export const worldX = (lon: number): number => ((lon + 180) / 360) * WORLD;

export const worldY = (lat: number): number => {
  const sine = Math.sin((lat * Math.PI) / 180);
  return WORLD * (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI));
};
