import 'reflect-metadata';
import { RequestMethod } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { CONTROLLERS } from './api.js';
import { ROUTES, openapi } from './openapi.js';

/** Nest's own names for what its decorators leave behind. */
const [PATH, METHOD] = ['path', 'method'];

function routesOfControllers(): string[] {
  return CONTROLLERS.flatMap((controller) => {
    const prototype = controller.prototype as Record<string, object>;
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const method = Reflect.getMetadata(METHOD, prototype[name]!) as RequestMethod | undefined;
      if (method === undefined) return [];
      const parts = [Reflect.getMetadata(PATH, controller), Reflect.getMetadata(PATH, prototype[name]!)] as string[];
      const path = `/${parts.filter((part) => part !== '/').join('/')}`.replace(/:(\w+)/g, '{$1}').replace(/\*$/, '{person}/segments');
      return [`${RequestMethod[method].toLowerCase()} ${path}`];
    });
  });
}

describe('the OpenAPI document', () => {
  it('has every route of the API, and no other', () => {
    expect(ROUTES.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(routesOfControllers().filter((route) => route !== 'get /openapi.json').sort());
  });

  it('says of each what it is asked with, answers and refuses', () => {
    const { paths } = openapi() as { paths: Record<string, Record<string, any>> };
    const why = paths['/v1/segments/{name}/why']!['get'];
    expect(why.parameters.map(({ name, in: where, required }: any) => [name, where, required])).toEqual([['name', 'path', true], ['identifier', 'query', false], ['profile_id', 'query', false]]);
    expect(why.responses['200'].content['application/json'].schema.properties.findings.items.properties).toHaveProperty('must');
    expect(Object.keys(paths['/v1/segments/preview']!['post'].responses)).toEqual(['200', '400', '401', '403', '422', '429', '503']);
    expect(JSON.stringify(openapi())).not.toContain('"$schema"');
  });
});
