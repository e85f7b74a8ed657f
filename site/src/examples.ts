// Templates to begin with.
import patientRecords from '../../examples/patient-records.yaml';
import tapStack from '../../fixtures/reference/TapStack.json';

export const examples = [
  { title: 'Patient records (YAML)', file: 'patient-records.yaml', text: patientRecords },
  { title: 'A clean stack (JSON)', file: 'TapStack.json', text: tapStack },
];
