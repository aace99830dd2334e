// The routes of the email service: the webhooks of the platforms that send the e-mails.
import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Answer } from '@tideway/intake';
import { Pipeline } from './pipeline.js';

@Controller('webhooks')
export class EmailController {
  constructor(@Inject(Pipeline) private readonly pipeline: Pipeline) {}

  @Post('postmark')
  @HttpCode(200)
  postmark(@Req() request: FastifyRequest): Promise<Answer> {
    return this.pipeline.postmark(request);
  }

  @Post('sendgrid')
  @HttpCode(200)
  sendgrid(@Req() request: FastifyRequest): Promise<Answer> {
    return this.pipeline.sendgrid(request);
  }

  @Post('mailgun')
  @HttpCode(200)
  mailgun(@Req() request: FastifyRequest): Promise<Answer> {
    return this.pipeline.mailgun(request);
  }

  @Post('ses')
  @HttpCode(200)
  ses(@Req() request: FastifyRequest): Promise<Answer> {
    return this.pipeline.ses(request);
  }

  @Post('brevo')
  @HttpCode(200)
  brevo(@Req() request: FastifyRequest): Promise<Answer> {
    return this.pipeline.brevo(request);
  }

  @Post('mailjet')
  @HttpCode(200)
  mailjet(@Req() request: FastifyRequest): Promise<Answer> {
    return this.pipeline.mailjet(request);
  }

  @Post('resend')
  @HttpCode(200)
  resend(@Req() request: FastifyRequest): Promise<Answer> {
    return this.pipeline.resend(request);
  }

  @Post('sparkpost')
  @HttpCode(200)
  sparkpost(@Req() request: FastifyRequest): Promise<Answer> {
    return this.pipeline.sparkpost(request);
  }
}
