/** Asks one question at a time; of those that come meanwhile, only the last. */
export class Asker<Q, A> {
  private wanted: { question: Q } | null = null;
  private running = false;

  constructor(
    private readonly ask: (question: Q) => Promise<A>,
    private readonly got: (answer: A, question: Q) => void,
    private readonly failed: (error: unknown, question: Q) => void,
  ) {}

  want(question: Q): void {
    this.wanted = { question };
    if (!this.running) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.wanted) {
      const { question } = this.wanted;
      this.wanted = null;
      try {
        const answer = await this.ask(question);
        // one that a newer question overtook is shown all the same: the map follows the hand
        this.got(answer, question);
      } catch (error) {
        if (!this.wanted) this.failed(error, question);
      }
    }
    this.running = false;
  }
}
