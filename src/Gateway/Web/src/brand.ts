export const productName = 'AkkaStreaming';
