"""Small PyTorch programs as people write them; each takes the module that it calls torch and returns its losses."""

import numpy


def filled(torch, model, seed=0):
    """The model with weights that do not depend on the library's random numbers."""
    source = numpy.random.RandomState(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.tensor(source.randn(*parameter.shape) * 0.3, dtype=torch.float32))
    return model


def attention(torch):
    """A character model with its own attention, embeddings and layer norms."""
    nn, F = torch.nn, torch.nn.functional
    source = numpy.random.RandomState(8)
    text = "hello world, this is a tiny corpus for a tiny model. " * 6
    chars = sorted(set(text))
    data = torch.tensor([chars.index(c) for c in text], dtype=torch.long)

    class Block(nn.Module):
        def __init__(self, width, length):
            super().__init__()
            self.key, self.query, self.value = (nn.Linear(width, width, bias=False) for _ in range(3))
            self.register_buffer("tril", torch.tril(torch.ones(length, length)))
            self.ffwd = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
            self.ln1, self.ln2 = nn.LayerNorm(width), nn.LayerNorm(width)

        def forward(self, x):
            _, T, C = x.shape
            h = self.ln1(x)
            wei = self.query(h) @ self.key(h).transpose(-2, -1) * C**-0.5
            wei = wei.masked_fill(self.tril[:T, :T] == 0, float("-inf"))
            x = x + F.softmax(wei, dim=-1) @ self.value(h)
            return x + self.ffwd(self.ln2(x))

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens = nn.Embedding(len(chars), 16)
            # The usual table of sines: integers times floats are floats of the default dtype.
            position = torch.arange(8).unsqueeze(1)
            rate = torch.exp(torch.arange(0, 16, 2) * (-numpy.log(10000.0).item() / 16))
            table = torch.zeros(8, 16)
            table[:, 0::2], table[:, 1::2] = torch.sin(position * rate), torch.cos(position * rate)
            self.register_buffer("table", table)
            self.blocks = nn.ModuleList([Block(16, 8) for _ in range(2)])
            self.head = nn.Linear(16, len(chars))

        def forward(self, idx, targets):
            x = self.tokens(idx) + self.table[:idx.size(1)]
            for block in self.blocks:
                x = block(x)
            logits = self.head(x)
            B, T, C = logits.shape
            return F.cross_entropy(logits.view(B * T, C), targets.view(B * T))

    model = filled(torch, Model())
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    losses = []
    for _ in range(10):
        at = torch.tensor(source.randint(0, len(data) - 8, (4,)))
        loss = model(torch.stack([data[i:i + 8] for i in at]), torch.stack([data[i + 1:i + 9] for i in at]))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    return losses


def adversarial(torch):
    """Generator and critic with the gradient penalty of WGAN-GP."""
    nn = torch.nn
    source = numpy.random.RandomState(2)
    G = filled(torch, nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16, 0.8), nn.LeakyReLU(0.2, inplace=True),
                                    nn.Linear(16, 2), nn.Tanh()), 1)
    D = filled(torch, nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1)), 2)
    adam_g = torch.optim.Adam(G.parameters(), lr=0.002, betas=(0.5, 0.999))
    adam_d = torch.optim.Adam(D.parameters(), lr=0.002, betas=(0.0, 0.9))
    losses = []
    for _ in range(6):
        real = torch.from_numpy(source.randn(16, 2) * 0.3).type(torch.FloatTensor)
        fake = G(torch.tensor(source.normal(0, 1, (real.shape[0], 4)), dtype=torch.float32))
        alpha = torch.tensor(source.rand(16, 1), dtype=torch.float)
        between = (alpha * real + (1 - alpha) * fake.data).requires_grad_(True)
        scores = D(between)
        slope = torch.autograd.grad(outputs=scores, inputs=between, grad_outputs=torch.ones_like(scores),
                                    create_graph=True, retain_graph=True, only_inputs=True)[0]
        penalty = ((slope.view(slope.size(0), -1).norm(2, dim=1) - 1) ** 2).mean()
        adam_d.zero_grad()
        loss_d = D(fake.detach()).mean() - D(real).mean() + 10 * penalty
        loss_d.backward()
        adam_d.step()
        adam_g.zero_grad()
        loss_g = -D(fake).mean()
        loss_g.backward()
        adam_g.step()
        losses += [loss_d.item(), loss_g.item()]
    return losses


def by_hand(torch):
    """Clusters and a logistic regression without nn: assignment to .data, cdist, masks as indices."""
    source = numpy.random.RandomState(17)
    X = torch.from_numpy(source.randn(60, 2).astype(numpy.float32))
    X[:30] += 3
    centres = X[[0, 40]].clone()
    for _ in range(3):
        labels = torch.cdist(X, centres).argmin(dim=1)
        for k in range(2):
            centres[k] = X[labels == k].mean(0)
    w, b = torch.zeros(2, requires_grad=True), torch.zeros(1, requires_grad=True)
    y = torch.cat((torch.ones(30), torch.zeros(30)))
    losses = [centres.sum().item()]
    for _ in range(5):
        p = torch.sigmoid(X.mv(w) + b)
        loss = -(y * p.log() + (1 - y) * torch.log(1 - p)).mean() + 0.01 * w.pow(2).sum()
        loss.backward()
        for parameter in (w, b):
            parameter.data -= 0.5 * parameter.grad
            parameter.grad.data.zero_()
        losses.append(loss.item())
    return losses
