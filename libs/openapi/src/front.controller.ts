import { readFileSync } from 'node:fs';
import { Controller, Get, Header, Req, Res } from '@nestjs/common';
import { projectFile } from '@waybill/core';
import { Public, RouteNotFoundError, Undocumented } from '@waybill/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { frontPageText, frontPage } from './front-page';

const HTML = 'text/html; charset=utf-8';
const TEXT = 'text/plain; charset=utf-8';
const NO_SCRIPTS =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'";

/** The page at the root URL. */
@Controller()
export class FrontController {
  @Get(['', 'docs', 'api'])
  @Public()
  @Undocumented()
  @Header('Content-Security-Policy', NO_SCRIPTS)
  @Header('Vary', 'Accept')
  front(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): string {
    const isBrowser = request.headers.accept?.includes('text/html') === true;
    reply.type(isBrowser ? HTML : TEXT);
    return isBrowser ? frontPage() : frontPageText(`${request.protocol}://${request.host}`);
  }

  @Get('readme')
  @Public()
  @Undocumented()
  @Header('Content-Type', TEXT)
  readme(): string {
    try {
      return readFileSync(projectFile('README.md'), 'utf8');
    } catch {
      throw new RouteNotFoundError(); // the build does not contain it
    }
  }
}
