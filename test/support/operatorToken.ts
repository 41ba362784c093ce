/** What the tenant endpoint of the tests takes for its operator. */
export const operatorToken = 'operator-token-0123456789abcdef';
