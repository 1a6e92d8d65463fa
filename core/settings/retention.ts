/** Whether a repository is kept if its stack is deleted or it is replaced: attributes that only a template has. */
export const retentionAttributes = ['DeletionPolicy', 'UpdateReplacePolicy'] as const;
export type RetentionAttribute = (typeof retentionAttributes)[number];

/** The attributes that are set, with any value. */
export type Retention = { readonly [Name in RetentionAttribute]?: string };
