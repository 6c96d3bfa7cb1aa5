#!/bin/sh
# needs: training
# Training that PyTorch itself does: torchrun starts the ranks of two nodes, by what the trainer has set, and they compute together.
. "$(dirname "$0")/lib.sh"
a_namespace
train() { verb=$1 && shift && aiwf train "$verb" --context bed -n "$NS" "$@"; }
# Debian's torchrun 1.13 on Python 3.11 starts only where what a rank writes is redirected (-r): its default, 0, is no value of its own.
torchrun() {
    trainer=$1 name=$2 && shift 2
    # A TrainJob's runtime starts one for each processor, unless it is told.
    each=$([ "$trainer" != trainjob ] || echo --nproc_per_node=1)
    timeout 300 aiwf train submit "$name" --context bed -n "$NS" --image dev.local/torch:1 --trainer "$trainer" --nodes 2 --wait -o json "$@" -- torchrun -r 1 -t 1 $each --no_python python3 -uc "$(cat train.py)"
}
cat >train.py <<'Y'
# A line through points that each rank has a half of: the gradients are averaged over the ranks, so all have the same weights.
import os, sys, torch, torch.distributed as dist
dist.init_process_group("gloo")
rank, size = dist.get_rank(), dist.get_world_size()
torch.manual_seed(rank)
if rank == int(os.environ.get("FAILS", -1)):
    raise ValueError("loss is nan")
model = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(1, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
x = torch.rand(200, 1)[rank::size]
for step in range(200):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(model(x), 3 * x + 1)
    loss.backward()
    optimizer.step()
weights = [torch.zeros(2) for _ in range(size)]
dist.all_gather(weights, torch.cat([p.detach().reshape(1) for p in model.parameters()]))
print(f"rank {rank} of {size}: loss {loss.item():.3f} same {all(torch.equal(w, weights[0]) for w in weights)}")
# Gloo of 1.13 may abort at the end of the program, when its threads and its data go in the wrong order.
sys.stdout.flush()
os._exit(0)
Y

for trainer in job pytorch trainjob; do
    begin "$trainer: two ranks train one model"
    ok torchrun $trainer "$trainer"
    json '"\(.state) \(.trainer) \(.ranks.total)"' "Succeeded $trainer 2"
    # The operator of PyTorchJobs ends with the master whoever still runs, and his log goes with him.
    for rank in 0 $([ $trainer = pytorch ] || echo 1); do
        ok train logs "$trainer" --rank "$rank"
        out_has "rank $rank of 2: loss 0.00"
        out_has "same True"
    done
done

begin "the rank that fails is named, not the one that lost it, with what Python said last"
fails 9 torchrun job bad --env FAILS=1
err_has "job bad failed: rank 1: exit 1"
json '.last_output | endswith("ValueError: loss is nan\n")' true
fails 9 train wait bad
err_has "| ValueError: loss is nan"
ok aiwf why train bad --context bed -n "$NS"
out_has "ValueError: loss is nan"
