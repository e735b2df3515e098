/** Names of the public data sets, by the short name that the service uses; the same in every language. */

const NAMES: Record<string, string> = {
  cohen: 'COVID-19 Image Data Collection',
  figure1: 'Figure1-COVID',
  kermany: 'Chest X-Ray Pneumonia',
  nih: 'NIH ChestX-ray8',
  radiography: 'COVID-19 Radiography Database',
  rsna: 'RSNA Pneumonia',
  shenzhen: 'Shenzhen Hospital X-ray Set',
  siim: 'SIIM-FISABIO-RSNA COVID-19',
};

export function nameDataset(id: string): string {
  return NAMES[id] ?? id;
}
