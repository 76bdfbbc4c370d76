import { type Branded, randomName } from '@kajitori/apimachinery';

/** Ids are drawn at random, so that none tells of another; cluster ids are apimachinery's. None is a secret. */
export type UserId = Branded<'UserId'>;
export type OrganizationId = Branded<'OrganizationId'>;
export type ProjectId = Branded<'ProjectId'>;
export type ApiKeyId = Branded<'ApiKeyId'>;
export type InvitationId = Branded<'InvitationId'>;
export type JoinTokenId = Branded<'JoinTokenId'>;
export type NodeCredentialId = Branded<'NodeCredentialId'>;

const drawn = (letter: string): string => `${letter}-${randomName(20)}`;

export const newUserId = () => drawn('u') as UserId;
export const newOrganizationId = () => drawn('o') as OrganizationId;
export const newProjectId = () => drawn('p') as ProjectId;
export const newApiKeyId = () => drawn('k') as ApiKeyId;
export const newInvitationId = () => drawn('i') as InvitationId;
export const newJoinTokenId = () => drawn('j') as JoinTokenId;
export const newNodeCredentialId = () => drawn('n') as NodeCredentialId;
