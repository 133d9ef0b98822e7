import { g1, g1First, g1SameId } from './g1.js';
import { g2 } from './g2.js';
import { g3a, g3b } from './g3.js';
import { mobile } from './mobile.js';

export const GENERATIONS = [g1, g1First, g1SameId, g2, g3a, g3b, mobile];

export function generationNamed(id) {
  return GENERATIONS.find((generation) => generation.id === id);
}
