// The part of the Open Data Contract Standard 3.1.0 that Tideway reads.

/** https://bitol-io.github.io/open-data-contract-standard/v3.1.0/ — only the fields read here; the JSON schema holds the rest. */
export interface Contract {
  apiVersion: string;
  kind: 'DataContract';
  id: string;
  name: string;
  version: string;
  status: string;
  domain: string;
  description: { purpose: string; usage?: string; limitations?: string };
  team: { name: string; members: { username: string; role?: string }[] };
  slaProperties: { property: string; value: string }[];
  customProperties: { property: string; value: unknown }[];
  schema: { name: string; logicalType: string; properties: ContractField[] }[];
}

export interface ContractField {
  name: string;
  required: boolean;
  /** Part of what makes a record unique: views for analysts show each primary key once. */
  primaryKey?: boolean;
  classification: 'public' | 'internal' | 'pseudonymous' | 'restricted';
  description?: string;
}

/** The value of a custom property, or undefined. */
export function propertyOf<T>(contract: Contract, property: string): T | undefined {
  return contract.customProperties?.find((entry) => entry.property === property)?.value as T | undefined;
}
