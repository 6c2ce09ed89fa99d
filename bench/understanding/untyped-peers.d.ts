// What we use of libraries that bring no types.
declare module "@nlpjs/core" {
  export interface Container {
    use(plugin: unknown): void;
    register(name: string, instance: unknown, isSingleton?: boolean): void;
  }
  export function containerBootstrap(): Container;
}
declare module "@nlpjs/lang-en-min" {
  export const LangEn: unknown;
}
declare module "@nlpjs/builtin-default" {
  export const BuiltinDefault: new () => unknown;
}
declare module "@nlpjs/nlp" {
  export class Nlp {
    constructor(settings: object);
    addDocument(locale: string, utterance: string, intent: string): void;
    train(): Promise<void>;
    process(
      locale: string,
      utterance: string,
    ): Promise<{ readonly intent: string; readonly entities: unknown[] }>;
  }
}
