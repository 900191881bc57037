// Swagger UI over this server's own contract. A file of its own: the page's policy allows no inline script.
window.SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  // The online validator would send the contract to a third party.
  validatorUrl: null,
});
