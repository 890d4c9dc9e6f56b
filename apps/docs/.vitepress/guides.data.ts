import { type GuideSection, readGuides } from './guides.ts';

export declare const data: GuideSection[];

export default { watch: ['../guides/*.md'], load: readGuides };
